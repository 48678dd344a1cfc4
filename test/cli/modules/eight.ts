/** A new version of that workflow, and no way to it from the old one. */
import { task, workflow } from 'stator'
import { build, ship } from './seven.ts'

export const release = workflow('release', { version: '8' })
  .step('build', build)
  .step('sign', task('sign'))
  .step('ship', ship)
