/** The workflow of the service in these tests, as it runs there. */
import { task, workflow } from 'stator'

export const build = task('build')
export const ship = task('ship', { retry: { maxAttempts: 1 } })
export const release = workflow('release', { version: '7' }).step('build', build).step('ship', ship)
