/** What a column can be, in the words of the page. No database, no web. */
import { roles, type Role } from '../../guessing/roles.ts'

export const roleWords: Record<Role, string> = {
  'ignore': 'Not needed',
  'authority-code': 'Authority: its code',
  'authority-name': 'Authority: its name',
  'period': 'Period, or a part of it',
  'measure-code': 'Measure: its code',
  'measure-title': 'Measure: its title',
  'measure-part': 'Measure: tells similar ones apart',
  'value': 'Figure',
  'value-of-measure': 'Figure; the heading says of what',
  'value-of-period': 'Figure; the heading says for when',
  'value-of-both': 'Figure; the heading says of what and for when',
  'value-of-area': 'Figure of a country, for reference',
  'numerator': 'Numerator',
  'denominator': 'Denominator',
  'lower': 'Lower limit',
  'upper': 'Upper limit',
  'status': 'Status or marker',
  'unit': 'Unit',
  'polarity': 'Which way is better',
}

/** For a select, in the order in which people look for them. */
export const roleOptions = roles.map((role) => ({ value: role, text: roleWords[role] }))

/** Roles that only one column can have. */
export const onlyOnce: readonly Role[] = ['authority-code', 'authority-name', 'measure-code', 'measure-title', 'unit', 'polarity', 'status', 'value']
