/** A workflow whose statechart is written by hand. */
import { fromTask, task, workflow } from 'stator'
import { setup } from 'xstate'

const check = fromTask(task('check'))
export const machine = setup({ actors: { check } }).createMachine({
  id: 'review',
  initial: 'checking',
  states: {
    checking: { invoke: { src: 'check', onDone: 'approved', onError: 'rejected' } },
    approved: { type: 'final' },
    rejected: { type: 'final' },
  },
})
export const review = workflow('review', { machine })
