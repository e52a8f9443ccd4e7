/** What has become of a letter, in words. */
export function letterState(state: string, reason: string | null): string {
  if (state === 'waiting') return reason === null ? 'waiting to be sent' : `not sent yet; it will be tried again. ${reason}`
  if (state === 'refused') return `not sent, and not tried again. ${reason ?? ''}`.trim()
  return state === 'handed-over' ? 'opened here, to be passed on' : state === 'expired' ? 'of no use any more; never sent' : state === 'withdrawn' ? 'withdrawn before it was sent' : state
}
