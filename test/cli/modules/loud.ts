/** A module that prints while it is loaded, and leaves something that goes on. */
import { task, workflow } from 'stator'

console.log('loading')
setInterval(() => {}, 60_000)
export const loud = workflow('loud').step('work', task('work'))
