import { z } from 'zod'
import { optionalText, text } from '#kernel/forms/fields.ts'

/** The words "choose by the columns of the file", as the list of recipes posts them. */
export const byColumns = 'by-columns'
/** "No recipe: I say what the columns mean". */
export const byPointing = 'by-pointing'
/** "My own, typed below". */
export const typedBelow = 'own'

const recipeText = z.string().max(100_000, 'A recipe may have 100,000 characters')

/** Beside the file itself. */
export const uploadForm = z.object({
  whose: text('Choose whose figures these are'),
  recipe: text('Choose a recipe, or let the columns of the file decide'),
  recipe_text: recipeText,
})

export const recipeChoiceForm = z.object({
  recipe: text('Choose a recipe'),
  recipe_text: recipeText,
})

export const nameForm = z.object({
  name: text('Say which name you mean'),
  authority: z.string().trim(),
  code: optionalText(50),
})

export const withdrawForm = z.object({ why: text('Say why the import is withdrawn', 1000) })

export const saveRecipeForm = z.object({
  text: recipeText.refine((typed) => typed.trim() !== '', 'Paste the recipe'),
  organisation: z.string(),
})
