import type { Slice } from '#kernel/slice.ts'
import { seed } from './seed.ts'

export const indicators: Slice = { name: 'indicators', title: 'Indicators', seed }
