import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { migrate, migrationsOf } from './migrate.ts'
import { openEmbedded } from './open.ts'
import { tableTypes } from './tables.ts'

// `npm run types`: writes database.ts from a fresh, migrated database.
const slices = process.argv.slice(2)
const database = openEmbedded(await PGlite.create())
await migrate(database, migrationsOf(slices))
const file = join(import.meta.dirname, 'database.ts')
const text = await tableTypes(database, ['kernel', ...slices])
if (readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
await database.close()
