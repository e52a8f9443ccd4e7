import type { Permissions } from '#kernel/access/actor.ts'
import type { Slice } from '#kernel/slice.ts'
import { indicators } from '#slices/indicators/index.ts'
import { people } from '#slices/people/index.ts'
import { places } from '#slices/places/index.ts'

/** The capabilities, in the order of registration and of dependency: each may use the kernel and those before it. */
export const slices: readonly Slice[] = [people, places, indicators]

export const sliceNames = slices.map((slice) => slice.name)

/** Every permission any slice declares. */
export const permissions: Permissions = Object.assign({}, ...slices.map((slice) => slice.permissions ?? {})) as Permissions
