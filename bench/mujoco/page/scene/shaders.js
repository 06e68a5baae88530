/**
 * What the graphics processor computes: capsules in the light of a sun and a sky, and a checkered ground with
 * their soft shadows.
 * But: bodies throw no shadows on themselves.
 */

/** Capsules whose shadows are drawn. */
export const SHADOWS = 16

const HEAD = `#version 300 es
precision highp float;
uniform mat4 camera;
uniform vec3 sun;
`

export const bodyVertex = `${HEAD}
in vec4 corner;
in vec4 place;
in vec4 axis;
out vec3 normal;
out vec3 position;
flat out float far;
void main() {
  float reach = length(axis.xyz);
  vec3 z = reach > 0.0 ? axis.xyz / reach : vec3(0, 0, 1);
  vec3 x = normalize(cross(z, abs(z.z) < 0.9 ? vec3(0, 0, 1) : vec3(1, 0, 0)));
  normal = mat3(x, cross(z, x), z) * corner.xyz;
  position = place.xyz + corner.w * axis.xyz + place.w * normal;
  far = axis.w;
  gl_Position = camera * vec4(position, 1);
}`

export const bodyFragment = `${HEAD}
uniform vec3 eye, nearColour, farColour;
uniform float ambient;
in vec3 normal;
in vec3 position;
flat in float far;
out vec4 colour;
void main() {
  vec3 n = normalize(normal), view = normalize(eye - position);
  float direct = max(dot(n, sun), 0.0), sky = 0.5 + 0.5 * n.z;
  float shine = pow(max(dot(n, normalize(sun + view)), 0.0), 40.0);
  float rim = pow(1.0 - max(dot(n, view), 0.0), 3.0);
  float ground = smoothstep(-0.1, 0.5, position.z + 0.25 * n.z);
  vec3 base = mix(nearColour, farColour, far);
  vec3 lit = base * (ambient * mix(0.55, 1.0, sky) * mix(0.75, 1.0, ground) + (1.08 - ambient) * direct);
  colour = vec4(lit + 0.16 * shine + 0.10 * rim * sky, 1);
}`

export const groundVertex = `${HEAD}
uniform vec3 target;
in vec2 corner;
out vec2 place;
void main() {
  place = target.xy + 60.0 * corner;
  gl_Position = camera * vec4(place, 0, 1);
}`

/**
 * `lightPast`: the share of the sun's light that passes a capsule on its way to a point of the ground, by the
 * closest points of ray and axis, and the width of the sun's cone there.
 */
export const groundFragment = `${HEAD}
uniform vec3 target, paper, tile, ink;
uniform vec3 within;
uniform vec4 places[${SHADOWS}];
uniform vec4 axes[${SHADOWS}];
uniform int count;
uniform float darkness;
in vec2 place;
out vec4 colour;

float lightPast(vec3 from, vec3 centre, vec3 axis, float radius) {
  vec3 along = 2.0 * axis, apart = from - (centre - axis);
  float b = dot(sun, along), c = dot(along, along), d = dot(sun, apart), e = dot(along, apart);
  float s = clamp((e - b * d) / max(c - b * b, 1e-5), 0.0, 1.0);
  float t = max(b * s - d, 0.0);
  float gap = length(apart + t * sun - s * along) - radius, blur = 0.012 + 0.16 * t;
  return smoothstep(-blur, blur, gap);
}

void main() {
  vec2 width = fwidth(place) * 3.14159;
  vec2 wave = clamp(sin(3.14159 * place) / max(width, 1e-4), -1.0, 1.0) / (1.0 + 0.4 * width);
  float reach = length(place - target.xy);
  vec3 base = mix(paper, tile, 0.5 + 0.5 * wave.x * wave.y);
  float light = 1.0;
  if (distance(place, within.xy) < within.z) {
    for (int i = 0; i < ${SHADOWS}; i++) {
      if (i >= count) break;
      light = min(light, lightPast(vec3(place, 0), places[i].xyz, axes[i].xyz, places[i].w));
    }
  }
  base = mix(base, ink, darkness * (1.0 - light));
  colour = vec4(mix(base, paper, smoothstep(3.0, 15.0, reach)), 1);
}`
