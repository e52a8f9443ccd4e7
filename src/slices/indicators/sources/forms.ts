import { z } from 'zod'
import { choice, text } from '#kernel/forms/fields.ts'

export const sourceForm = z.object({
  name: text('Say what the source is called', 200),
  address: text('Give the address of the file', 2000),
  whose: text('Choose whose figures these are'),
  recipe: text('Choose a recipe', 300),
  every: choice(['day', 'week', 'month'], 'Choose how often to look'),
})
