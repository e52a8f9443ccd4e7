import { describe, expect, it } from 'vitest'
import { isOnlyAnArea } from './kinds.ts'

describe('statistical codes beside an authority', () => {
  it('knows the code of a region, a nation or a police force as no authority’s', () => {
    for (const code of ['E12000007', 'E92000001', 'K02000001', 'E23000001', 'TLI', 'E05000001']) expect(isOnlyAnArea(code), code).toBe(true)
  })

  it('keeps the codes of councils, counties and combined authorities', () => {
    for (const code of ['E06000001', 'E07000026', 'E09000001', 'E10000006', 'E47000001', 'E61000001', 'S12000047', 'W06000001', 'N09000001']) {
      expect(isOnlyAnArea(code), code).toBe(false)
    }
  })

  it('says nothing against codes of another make', () => {
    for (const code of ['CMA', '209', '']) expect(isOnlyAnArea(code), code).toBe(false)
  })
})
