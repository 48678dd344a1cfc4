/** A module in which something fails while it is looked at. */
import { task, workflow } from 'stator'

void Promise.reject(new Error('too late'))
export const late = workflow('late').step('work', task('work'))
await new Promise(resolve => {
  setImmediate(resolve)
})
