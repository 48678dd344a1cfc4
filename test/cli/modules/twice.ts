/** Two workflows of one name and version. */
import { workflow } from 'stator'
import { build, ship } from './seven.ts'

export const one = workflow('release', { version: '7' }).step('build', build)
export const other = workflow('release', { version: '7' }).step('ship', ship)
