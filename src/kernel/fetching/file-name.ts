/** What a fetched file is called: as its server says, else as its address ends. Never a path. */
export function fileNameOf(disposition: string | undefined, url: URL): string {
  const said = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1]
  const name = (said ?? decoded(url.pathname)).split(/[\\/]/).at(-1) ?? ''
  return name.replace(/\p{C}/gu, '').trim().slice(-200) || 'file'
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
