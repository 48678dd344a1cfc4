/**
 * Packs the package as it would be published, lets publint and attw judge it, imports every entry of it from
 * outside, and calls its command. Leaves nothing behind.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'stator-package-'))

/** The entries that need the optional peers. */
const FOR_TESTS = ['stator/testing']

class Failed extends Error {}

try {
  run('npm', ['pack', '--silent', '--pack-destination', folder], root)
  const [archive] = globSync('*.tgz', { cwd: folder })
  if (archive === undefined) throw new Error('npm pack made no archive')
  const tgz = join(folder, archive)

  run('publint', ['--strict', tgz], root)
  run('attw', ['--profile', 'esm-only', '--no-emoji', '--format', 'ascii', '--quiet', tgz], root)
  importEntries(tgz)
  console.log(
    `${archive}: ${contents(tgz).length} files, publint and attw have nothing to say, every entry loads, the command answers`,
  )
} catch (error) {
  if (!(error instanceof Failed)) throw error
  console.error(`failed: ${error.message}`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Silent when it goes well; otherwise prints what the command said. */
function run(command: string, args: string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status === 0) return
  console.error(`${stdout}${stderr}${error?.message ?? ''}`)
  throw new Failed(`${command} ${args.join(' ')}`)
}

function contents(tgz: string): string[] {
  return execFileSync('tar', ['-tzf', tgz], { encoding: 'utf8' }).trim().split('\n')
}

/** As a user has it: the package in node_modules beside its dependencies, first without its optional peers, and nothing of this repository. */
function importEntries(tgz: string): void {
  const modules = join(folder, 'user/node_modules')
  mkdirSync(modules, { recursive: true })
  execFileSync('tar', ['-xzf', tgz, '-C', folder])
  renameSync(join(folder, 'package'), join(modules, 'stator'))
  const manifest = JSON.parse(readFileSync(join(modules, 'stator/package.json'), 'utf8')) as {
    exports: Record<string, unknown>
    bin: Record<string, string>
    dependencies: Record<string, string>
    peerDependencies: Record<string, string>
  }
  const names = Object.keys(manifest.exports).map(entry => `stator${entry.slice(1)}`)
  const load = (dependencies: Record<string, string>, entries: readonly string[]): void => {
    for (const name of Object.keys(dependencies))
      symlinkSync(join(root, 'node_modules', name), join(modules, name))
    const program = entries.map(name => `await import('${name}')`).join('\n')
    run(process.execPath, ['--input-type=module', '--eval', program], join(folder, 'user'))
  }
  load(
    manifest.dependencies,
    names.filter(name => !FOR_TESTS.includes(name)),
  )
  for (const command of Object.values(manifest.bin))
    run(process.execPath, [join(modules, 'stator', command), '--version'], join(folder, 'user'))
  load(manifest.peerDependencies, names)
}
