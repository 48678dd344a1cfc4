/**
 * Runs every example (examples/*.ts) as a process of its own, in an empty folder, and fails if one of them fails. An
 * example that is not run is an example that does not work.
 */
import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'

const limit = 120_000
const folder = resolve(import.meta.dirname, '../examples')
const wanted = process.argv.slice(2)
const files = globSync('*.ts', { cwd: folder })
  .toSorted()
  .filter(file => wanted.length === 0 || wanted.some(word => file.includes(word)))

let failed = 0
for (const file of files) {
  const { ok, seconds, output } = await run(join(folder, file))
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${basename(file).padEnd(32)} ${seconds.toFixed(1)} s`)
  if (ok) continue
  failed += 1
  console.log(output.replace(/^/gm, '       '))
}
console.log(`${files.length - failed} of ${files.length} examples ran`)
process.exitCode = failed > 0 ? 1 : 0

function run(path: string): Promise<{ ok: boolean; seconds: number; output: string }> {
  const cwd = mkdtempSync(join(tmpdir(), 'stator-example-'))
  const began = performance.now()
  const child = spawn(process.execPath, [path], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), limit)
  let output = ''
  const collect = (chunk: Buffer): void => void (output += chunk.toString())
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  return new Promise(settle => {
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      rmSync(cwd, { recursive: true, force: true })
      if (signal !== null) output += `\nended by ${signal} (limit ${limit / 1000} s)`
      settle({ ok: code === 0, seconds: (performance.now() - began) / 1000, output })
    })
  })
}
