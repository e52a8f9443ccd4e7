import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { sliceNames } from '#app'

// The house rules, read from the ordered list in app.ts. Every check says how much it saw, because a check that can
// pass by looking at nothing will one day do so.

const source = join(import.meta.dirname, '..', 'src')
const files = globSync('**/*.ts', { cwd: source }).sort()

/** Where a file of src lives: the kernel, a slice, or the program above them. */
function homeOf(path: string): { slice: string | null; level: number } {
  const [room, name] = path.split('/')
  if (room === 'kernel') return { slice: null, level: -1 }
  if (room === 'slices' && name) return { slice: name, level: sliceNames.indexOf(name) }
  return { slice: null, level: Infinity }
}

/** Every import of a file of ours, as a path inside src. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(source, path), 'utf8')
  const named = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]!)
  return named.flatMap((name) => {
    if (name.startsWith('#kernel/') || name.startsWith('#slices/')) return [name.slice(1)]
    if (name === '#app') return ['app.ts']
    if (name.startsWith('.')) return [relative(source, resolve(join(source, dirname(path)), name))]
    return []
  })
}

describe('imports', () => {
  const all = files.flatMap((from) => importsOf(from).map((to) => ({ from, to })))

  test('every slice folder stands in the list in app.ts', () => {
    const folders = new Set(files.filter((path) => path.startsWith('slices/')).map((path) => path.split('/')[1]))
    expect([...folders].sort()).toEqual([...sliceNames].sort())
  })

  test('point one way: to the kernel and to slices before', () => {
    const upward = all.filter(({ from, to }) => homeOf(to).level > homeOf(from).level)
    expect(upward).toEqual([])
    expect(all.length).toBeGreaterThan(50)
  })

  test('enter another slice by its front door only', () => {
    const across = all.filter(({ from, to }) => homeOf(to).slice !== null && homeOf(from).slice !== homeOf(to).slice)
    const inside = across.filter(({ from, to }) => !/^slices\/[^/]+\/(index|builders)\.ts$/.test(to) || (to.endsWith('builders.ts') && !from.endsWith('.test.ts')))
    expect(inside).toEqual([])
    expect(across.length).toBeGreaterThan(0)
  })

  test('name files that exist', () => {
    expect(all.filter(({ to }) => !existsSync(join(source, to)))).toEqual([])
  })
})

describe('tables', () => {
  let database: TestStore
  beforeAll(async () => void (database = await embeddedStore()))
  afterAll(() => database.close())

  test('are written by their owner only', () => {
    const writes = files
      .filter((path) => !path.endsWith('.test.ts'))
      .flatMap((path) =>
        [...readFileSync(join(source, path), 'utf8').matchAll(/(?:insertInto\(|updateTable\(|deleteFrom\(|insert into |update |delete from )['"`]?(\w+)\.\w+/g)].map(
          (match) => ({ path, schema: match[1]! }),
        ),
      )
      .filter(({ schema }) => schema === 'kernel' || sliceNames.includes(schema))
    const foreign = writes.filter(({ path, schema }) => (homeOf(path).slice ?? 'kernel') !== schema)
    expect(foreign).toEqual([])
    expect(writes.length).toBeGreaterThan(2)
  })

  test('point with their foreign keys to the same or an earlier slice', async () => {
    const order = ['kernel', ...sliceNames]
    const keys = await database.raw.rows<{ from: string; to: string; name: string }>(`
      select n1.nspname as "from", n2.nspname as "to", c.conname as name from pg_constraint c
        join pg_class t1 on t1.oid = c.conrelid join pg_namespace n1 on n1.oid = t1.relnamespace
        join pg_class t2 on t2.oid = c.confrelid join pg_namespace n2 on n2.oid = t2.relnamespace
       where c.contype = 'f'`)
    expect(keys.filter(({ from, to }) => order.indexOf(to) > order.indexOf(from))).toEqual([])
    expect(keys.length).toBeGreaterThan(20)
  })

  test('all carry forced row-level security with a policy for reading', async () => {
    const tables = await database.raw.rows<{ name: string; forced: boolean; reading: number }>(`
      select n.nspname || '.' || c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
             (select count(*) from pg_policy p where p.polrelid = c.oid and p.polcmd in ('r', '*')) as reading
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname in (${['kernel', ...sliceNames].map((name) => `'${name}'`).join(', ')})
         and c.relname <> 'migration'`)
    expect(tables.filter(({ forced, reading }) => !forced || reading === 0)).toEqual([])
    expect(tables.length).toBeGreaterThan(20)
  })
})
