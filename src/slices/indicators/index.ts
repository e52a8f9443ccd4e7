import type { Slice } from '#kernel/slice.ts'

export const indicators: Slice = { name: 'indicators', title: 'Indicators' }
