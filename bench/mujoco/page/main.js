/**
 * Loads the page if the browser has what it needs, and says in one sentence what is missing if not.
 */
const note = document.querySelector('#note')

function refuse(sentence) {
  note.textContent = sentence
  note.className = 'bad'
}

if (typeof WebAssembly !== 'object') {
  refuse('This browser lacks WebAssembly, in which MuJoCo runs: another one, or other settings, will do.')
} else {
  try {
    const { open } = await import('./app.js')
    open()
  } catch ({ name, message }) {
    refuse(name === 'EvalError'
      ? "MuJoCo's bindings make functions from text: the server's content policy must allow 'unsafe-eval'."
      : `The page cannot be loaded: ${message}`)
  }
}
