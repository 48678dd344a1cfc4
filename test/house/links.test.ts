/** Links of the documents lead somewhere: to a file that is there, and to a heading in it. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import GithubSlugger from 'github-slugger'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(path => path !== '' && !path.includes('/fixtures/') && existsSync(join(root, path)))

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** A page without its code. */
const wordsOf = (page: string): string =>
  page.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, code => code.replaceAll(/[[\]()]/g, ''))

function anchorsOf(path: string): Set<string> {
  const slugger = new GithubSlugger()
  const headings = [...wordsOf(read(path)).matchAll(/^#{1,6} (.+)$/gm)]
  return new Set(headings.map(([, heading = '']) => slugger.slug(heading.replaceAll(/`|\[|\]\(.*?\)/g, ''))))
}

function lost(path: string, page: string): string[] {
  const links = [...wordsOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter(link => {
    if (/^[a-z]+:/.test(link)) return false
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : relative(root, resolve(root, dirname(path), file))
    if (!existsSync(join(root, target))) return true
    return anchor !== undefined && !anchorsOf(target).has(anchor)
  })
}

test('a link that leads nowhere is found', () => {
  const page =
    '[a](nowhere.md) [b](tasks.md#results-that-are-kept) [c](#nothing) [d](../README.md) `[e](code.md)`'
  expect(lost('docs/tasks.md', page)).toEqual(['nowhere.md', '#nothing'])
})

test.each(pages)('every link of %s leads somewhere', path => {
  expect(lost(path, read(path))).toEqual([])
})
