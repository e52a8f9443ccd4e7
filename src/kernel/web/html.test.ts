import domino from '@mixmark-io/domino'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { html, optionsOf } from './html.ts'

/** The library types a document as a browser's, which this program has no types of. */
const read = (markup: string) => (domino.createDocument(markup) as unknown as { querySelector(selector: string): { textContent: string; getAttribute(name: string): string } }).querySelector('p')
/** Parsers turn these into others before anybody sees them. */
const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[\0\r]/.test(one))

test('whatever text is put in comes out as text and as an attribute, and is never markup', () => {
  fc.assert(fc.property(text, text, (words, title) => {
    const paragraph = read(html`<p title="${title}">${words}</p>`.toString())
    expect([paragraph.textContent, paragraph.getAttribute('title')]).toEqual([words, title])
  }))
})

test('HTML and lists of it are put in as they are, numbers as they print', () => {
  expect(html`<ul>${[1, 2].map((one) => html`<li>${one}</li>`)}</ul>${html`<hr>`}${'<hr>'}`.toString()).toBe('<ul><li>1</li><li>2</li></ul><hr>&lt;hr&gt;')
})

test('choices of a select mark the chosen one and make names safe', () => {
  expect(optionsOf({ value: 'b', options: [{ value: 'a', text: 'A' }, { value: 'b', text: '"B" & more' }] }).toString())
    .toBe('<option value="a">A</option>\n<option value="b" selected>&quot;B&quot; &amp; more</option>\n')
})
