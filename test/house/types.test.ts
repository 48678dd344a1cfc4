/**
 * Type tests (test/types/*.test-d.ts) hold what must compile, and by @ts-expect-error what must not. The compiler is
 * what judges them; this test only asks it.
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const files = globSync('test/types/**/*.test-d.ts', { cwd: root }).toSorted()

function typeErrors(cwd: string, args: string[]): string[] {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '--noEmit', '--pretty', 'false', ...args], {
    cwd,
    encoding: 'utf8',
  })
  return stdout.split('\n').filter(line => /error TS\d+/.test(line))
}

test('a type test that is wrong is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stator-types-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(
    join(folder, 'wrong.ts'),
    `import { expectTypeOf } from 'vitest'\nexpectTypeOf<string>().toEqualTypeOf<number>()\n`,
  )
  const flags = ['--ignoreConfig', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023']
  expect(typeErrors(folder, [...flags, 'wrong.ts'])).toEqual([expect.stringContaining('wrong.ts(2,')])
  rmSync(folder, { recursive: true, force: true })
})

test(`the ${files.length} type tests hold`, () => {
  expect(typeErrors(root, ['-p', 'tsconfig.json']).filter(line => line.startsWith('test/types/'))).toEqual([])
})
