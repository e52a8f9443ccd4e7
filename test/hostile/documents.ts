import { councils, type HostileFile, type HostileKind } from './file.ts'
import type { Random } from './random.ts'

// JSON that is cut, deep, ambiguous or of another shape, and hex maps like it.

const json = (content: string, must: HostileFile['must'] = 'refused', file: object = {}): HostileFile =>
  ({ name: 'figures.json', bytes: Buffer.from(content), recipe: { file: { format: 'json', ...file } }, must })

const records = (random: Random) =>
  councils.map((council) => ({ Council: council, Year: '2019-20', Value: random.whole(0, 1000) / 10, Note: { by: 'chance' } }))

const hex = (content: string): HostileFile => ({
  name: 'map.hexjson', bytes: Buffer.from(content), must: 'refused',
  recipe: { produces: 'layout', file: { format: 'hexjson' }, name: 'glens', layout_title: 'The glens' },
})

export const documentKinds: HostileKind[] = [
  { kind: 'JSON cut at any character', make: (random) => { const text = JSON.stringify(records(random)); return json(text.slice(0, random.whole(0, text.length - 1))) } },
  { kind: 'JSON nested without end', make: (random) => { const depth = random.whole(61, 100_000); return json(random.one([`${'['.repeat(depth)}${']'.repeat(depth)}`, `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, '['.repeat(depth)])) } },
  { kind: 'JSON that names a key twice', make: (random) => json(JSON.stringify(records(random)).replace('"Value":', `"Value":${random.whole(1, 9)},"Value":`)) },
  { kind: 'JSON that speaks of prototypes', make: (random) => json(`[{"__proto__":{"Council":"North Glen","Year":"2019-20","Value":1}},{"constructor":{"prototype":{"Value":${random.whole(1, 9)}}}}]`) },
  { kind: 'JSON with a path to what objects inherit', make: (random) => json(JSON.stringify({ data: records(random) }), 'refused', { path: random.one(['constructor', '__proto__', 'data.constructor', 'data.length', 'toString']) }) },
  { kind: 'JSON of another shape', make: (random) => json(random.one(['null', '7', '"text"', 'true', '[]', '{}', '[null]', '[[[]]]', '{"a":null}', '[1,{"a":2},[3]]'])) },
  { kind: 'JSON with very many different fields', make: (random) => json(JSON.stringify(Array.from({ length: 5_001 }, (_, index) => ({ [`f${index}-${random.whole(0, 9)}`]: 1 })))) },
  { kind: 'JSON with numbers beyond all bounds', make: (random) => json(JSON.stringify(records(random)).replace(/"Value":[\d.]+/, `"Value":${random.one(['1e999', '-1e999', '"1e999"', '"Infinity"', '[1]'])}`)) },
  { kind: 'JSON that is not text', make: (random) => ({ ...json(''), bytes: random.bytes(random.whole(1, 2000)) }) },
  { kind: 'a hex map with two hexes in one place', make: (random) => hex(JSON.stringify({ layout: 'odd-r', hexes: { A: { n: 'A', q: 1, r: 1 }, B: { n: 'B', q: random.whole(2, 9), r: 0 }, C: { n: 'C', q: 1, r: 1 } } })) },
  { kind: 'a hex map without its parts', make: (random) => hex(random.one(['{}', '{"layout":"odd-r"}', '{"layout":"odd-r","hexes":[]}', '{"layout":7,"hexes":{}}', '{"layout":"spiral","hexes":{"A":{"n":"A","q":1,"r":1}}}', '{"layout":"odd-r","hexes":{"A":{"n":"A","q":"1.5","r":1}}}', '{"layout":"odd-r","hexes":{"A":7}}'])) },
]
