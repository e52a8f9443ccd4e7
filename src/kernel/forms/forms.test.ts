import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { choice, optionalText, text, ticks, wholeNumber } from './fields.ts'
import { blankForm, readForm, refusedForm } from './index.ts'

const measureForm = z.object({
  title: text('Enter a title', 20),
  note: optionalText(20),
  polarity: choice(['higher', 'lower'], 'Choose which way is better'),
  kinds: ticks(['district', 'county'], 'Choose kinds from the list'),
  decimals: wholeNumber('Enter the number of decimals', { least: 0, most: 6 }),
})

test('an accepted form gives its values, not its text', () => {
  const form = readForm(measureForm, {
    title: ' Re-let time ',
    note: '',
    polarity: 'lower',
    kinds: 'county',
    decimals: ' 2 ',
    _csrf: 'x',
  })
  expect(form.values).toEqual({ title: 'Re-let time', note: null, polarity: 'lower', kinds: ['county'], decimals: 2 })
})

test('an empty form is refused once for each field, in the order of the page, in words for people', () => {
  const form = readForm(measureForm, {})
  expect(form.faults).toEqual([
    { field: 'title', message: 'Enter a title' },
    { field: 'polarity', message: 'Choose which way is better' },
    { field: 'decimals', message: 'Enter the number of decimals' },
  ])
})

test('a refused form keeps everything typed and links each fault to its field', () => {
  const form = readForm(measureForm, {
    title: 'a title that is far too long',
    polarity: 'sideways',
    kinds: ['district', 'moon'],
    decimals: '1.5',
  })
  const view = refusedForm(form.faults ? form : { faults: [], typed: {} })
  expect(view.typed).toEqual({
    title: 'a title that is far too long',
    note: '',
    polarity: 'sideways',
    kinds: ['district', 'moon'],
    decimals: '1.5',
  })
  expect(view.faults.title).toEqual({ text: 'Use 20 characters or fewer' })
  expect(view.faults.decimals).toEqual({ text: 'Use a whole number, such as 12' })
  expect(view.errorSummary?.errorList).toContainEqual({ text: 'Choose which way is better', href: '#polarity' })
})

test('a blank form has text for every field, so that no template lacks one', () => {
  expect(blankForm(measureForm, { title: 'Known' })).toEqual({
    typed: { title: 'Known', note: '', polarity: '', kinds: '', decimals: '' },
    faults: {},
    errorSummary: null,
  })
})

test('whatever is posted, a form is read or refused and never fails', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.record({ title: fc.anything(), kinds: fc.anything(), decimals: fc.anything() })),
      (body) => {
        const form = readForm(measureForm, body)
        expect(Boolean(form.values) !== Boolean(form.faults)).toBe(true)
      },
    ),
  )
})
