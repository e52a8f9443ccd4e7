export { fetchFile, type FetchedHead } from './fetch-file.ts'
export { readAddress } from './locate.ts'
export { internet, type Outside } from './outside.ts'
