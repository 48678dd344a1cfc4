/** Workflows that pre-flight has something to say of: a warning, an error, nothing. */
import { signal, task, workflow } from 'stator'

const work = task('work')
export const waiting = workflow('waiting')
  .step('work', work)
  .wait('answer', { signal: signal('answer') })
export const lost = workflow('lost').step('reserve', work).step('pay', work, { pivot: true })
export const fine = workflow('fine').step('work', work)
