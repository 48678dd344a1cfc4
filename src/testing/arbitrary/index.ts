/** What the folder gives: values for a schema. Nothing is defined here. */
export { arbitraryOf } from './arbitrary.ts'
