/** Both versions of that workflow beside each other. */
export { release as old } from './seven.ts'
export { release } from './eight.ts'
