/** Workflows wherever they may be found: exported, in a list, in an object, in options for a runtime; one of them twice. */
import { task, workflow } from 'stator'

const work = task('work')
const first = workflow('first').step('work', work)
export const again = first
export const old = workflow('second').step('work', work)
export const list = [workflow('second', { version: '2' }).step('work', work)]
export const options = { workflows: [first, workflow('third').step('work', work)], agents: [] }
export default { fourth: workflow('fourth').step('work', work) }
