/** A module with one workflow, as most have it. */
import { task, workflow } from 'stator'

const build = task('build')
export const release = workflow('release').step('build', build).step('ship', task('ship'))
