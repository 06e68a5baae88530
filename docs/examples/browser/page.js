// The page shows what the worker reports. It computes nothing, so it answers clicks all the time.
const [start, stop, save, rows] = ['start', 'stop', 'save', 'rows'].map((id) => document.getElementById(id))
let worker

start.onclick = () => {
  worker?.terminate()
  rows.textContent = '  steps  return  KL\n'
  worker = new Worker('worker.js')
  worker.onmessage = ({ data: { row, mean, file } }) => {
    if (row !== undefined) rows.textContent += `${row}\n`
    else {
      rows.textContent += `done: ${mean} in 100 fresh episodes\n`
      save.href = URL.createObjectURL(new Blob([file]))
      save.textContent = 'Save the policy'
    }
  }
  worker.postMessage({ seed: 1, totalSteps: 40_960 })
}
stop.onclick = () => worker?.terminate()
