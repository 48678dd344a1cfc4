/** Processes that a test starts import 'stator' as users do, from dist; so it is built once before them. */
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

export default function build(): void {
  const root = resolve(import.meta.dirname, '../..')
  const tsc = resolve(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
}
