import type { CountedPeriod } from '#slices/indicators/index.ts'
import type { Authority, GroupChoice } from '#slices/places/index.ts'

// The fields of the forms on pages about figures. All are GET forms: what is chosen stands in the address.

interface Option {
  value: string
  text: string
}

/** One field as the filter bar takes it. */
export interface Field {
  id: string
  name: string
  label: string
  value: string
  options?: Option[]
  type?: string
}

/** Periods of a measure, the latest first, with how many authorities have a figure. */
export function periodField(held: readonly CountedPeriod[], chosen: string): Field {
  const options = held.toReversed().map(({ label, figures }) => ({
    value: label,
    text: figures === 0 ? `${label} (no figures)` : `${label} (${figures} ${figures === 1 ? 'figure' : 'figures'})`,
  }))
  return { id: 'period', name: 'period', label: 'Period', value: chosen, options }
}

/** Groups to compare within. One that was asked for in the address is always among them. */
export function groupField(choices: readonly GroupChoice[], chosen: { address: string; title: string }): Field {
  const known = choices.some(({ address }) => address === chosen.address)
  const options = choices.map(({ address, title, members }) => ({
    value: address,
    text: members === null ? title : `${title} (${members})`,
  }))
  if (!known) options.unshift({ value: chosen.address, text: chosen.title })
  return { id: 'group', name: 'group', label: 'Compared with', value: chosen.address, options }
}

/** Groups that make sense for a measure: of kinds it applies to, and neighbour lists only of an authority. */
export function fittingGroups(choices: readonly GroupChoice[], kinds: readonly string[], of: Authority | null): GroupChoice[] {
  return choices.filter(({ address, type }) => {
    if (type === 'neighbours') return of !== null
    return type !== 'kind' || kinds.length === 0 || kinds.includes(address.slice('kind:'.length))
  })
}

export function authorityField(authorities: readonly { code: string; known_name: string }[], chosen: string): Field {
  const options = authorities.map(({ code, known_name }) => ({ value: code, text: known_name }))
  return {
    id: 'authority',
    name: 'authority',
    label: 'Point out',
    value: chosen,
    options: [{ value: '', text: 'no authority' }, ...options],
  }
}

/** A day; a moment given by its time as well stays as it was typed. */
export function knownAtField(typed: string): Field {
  const isDay = typed === '' || /^\d{4}-\d\d-\d\d$/.test(typed)
  return { id: 'as-known-at', name: 'as-known-at', label: 'As known at', value: typed, type: isDay ? 'date' : 'text' }
}
