export { deliverLetters } from './delivery.ts'
export { lettersOf, openLetter, tryAgain, withdrawLetters, writeLetter } from './letters.ts'
export { startPost } from './post.ts'
export { isMailAddress } from './settings.ts'
