// Shows the buttons that copy a text of the page, where the browser can do it.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll('[data-copy]')) {
    const said = document.querySelector(`[data-copied="${button.dataset.copy}"]`)
    button.hidden = false
    button.addEventListener('click', async () => {
      const words = document.getElementById(button.dataset.copy).textContent.trim()
      try {
        await navigator.clipboard.writeText(words)
        said.textContent = 'Copied.'
      } catch {
        said.textContent = 'The browser did not allow it: select the text and copy it.'
      }
    })
  }
}
