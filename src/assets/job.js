// Follows a job without loading the page anew, so that whoever reads it keeps their place.
const place = document.querySelector('[data-job]')
const says = place.querySelector('[data-job-says]')
const bar = place.querySelector('progress')
const everyMilliseconds = 1000

async function look() {
  try {
    const answer = await fetch(`${place.dataset.job}/progress`, { headers: { accept: 'application/json' } })
    if (!answer.ok) throw new Error(String(answer.status))
    const job = await answer.json()
    if (job.over) return location.assign(`${place.dataset.job}/follow`)
    if (says.textContent !== job.says) says.textContent = job.says
    if (job.of) {
      bar.max = job.of
      bar.value = job.done
    }
  } catch {
    // The workbench may be starting again; the job is not lost.
    says.textContent = 'The workbench does not answer just now. This page goes on looking.'
  }
  setTimeout(look, everyMilliseconds)
}

setTimeout(look, everyMilliseconds)
