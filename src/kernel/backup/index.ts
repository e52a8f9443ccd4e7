export { restoreBeside } from './folder.ts'
export { openBackup, restoreInto } from './restore.ts'
export { writeBackup } from './write.ts'
