import type { Slice } from '#kernel/slice.ts'

export const places: Slice = { name: 'places', title: 'Places' }
