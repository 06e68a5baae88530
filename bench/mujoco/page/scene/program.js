/** Shaders into programs, with their uniforms by name. */

export function createProgram(gl, vertex, fragment) {
  const program = gl.createProgram()
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind)
    gl.shaderSource(shader, text)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  // A lost context links nothing; it comes again, and so do the programs.
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = gl.getAttachedShaders(program).map((shader) => gl.getShaderInfoLog(shader))
    throw new Error(`WebGL: expected shaders that compile, got ${[gl.getProgramInfoLog(program), ...logs]}`)
  }
  const place = (name) => gl.getUniformLocation(program, name)
  return {
    use: () => gl.useProgram(program),
    attribute: (name) => gl.getAttribLocation(program, name),
    /** Sets uniforms: a matrix [16], vectors, numbers; arrays of vectors of four as Float32Array. */
    set(values) {
      for (const [name, value] of Object.entries(values)) {
        if (ArrayBuffer.isView(value)) gl.uniform4fv(place(name), value)
        else if (value.length === 16) gl.uniformMatrix4fv(place(name), false, value)
        else if (value.length === 3) gl.uniform3fv(place(name), value)
        else if (name === 'count') gl.uniform1i(place(name), value)
        else gl.uniform1f(place(name), value)
      }
    },
  }
}
