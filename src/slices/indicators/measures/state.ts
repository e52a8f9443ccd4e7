import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { remembered } from '#kernel/db/remembered.ts'

/** How far a measure has changed. */
export interface MeasureState {
  /** Another number after every change of a figure, a definition or a break. */
  revision: number
  /** Whether something about it is not for everyone, so that what is worked out of it may differ by who asks. */
  private: boolean
}

/** The state of every measure the actor may see, in one snapshot with whatever else the same reading asks. */
export function measureStates(db: Reader): Promise<ReadonlyMap<number, MeasureState>> {
  return remembered(db, ['states of measures'], () => readStates(db))
}

async function readStates(db: Reader): Promise<Map<number, MeasureState>> {
  const { rows } = await sql<{ states: [measure: number, revision: number, isPrivate: boolean][] | null }>`
    select json_agg(json_build_array(measure, revision, private)) as states from indicators.measure_state`.execute(db)
  return new Map((rows[0]?.states ?? []).map(([measure, revision, isPrivate]) => [measure, { revision, private: isPrivate }]))
}
