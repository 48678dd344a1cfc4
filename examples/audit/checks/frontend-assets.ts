// What a browser would have to download: sizes of images, fonts, scripts and style sheets that are committed.
// Never in here: contents; names and sizes are enough.
import { fileCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { extension } from '../languages.ts'
import type { TreeFile } from '../tree.ts'

const rule = rules('frontend', {
  'heavy-image': {
    severity: 'low',
    title: 'Shrink the heaviest images',
    advice: 'Scale it to the size it is shown at and store it as AVIF or WebP.',
  },
  'heavy-bundle': {
    severity: 'medium',
    title: 'Cut down committed scripts and style sheets of more than 300 KiB',
    advice: 'Split by page, drop what is not used, and build bundles in CI instead of committing them.',
  },
  'old-font-format': {
    severity: 'info',
    title: 'Ship fonts as WOFF2',
    advice: 'WOFF2 is about half the size and every current browser reads it.',
  },
  'committed-source-map': {
    severity: 'info',
    title: 'Leave source maps out of the repository',
    advice: 'Build them in CI and upload them to where errors are collected.',
  },
})

const image = /^(png|jpe?g|gif|webp|avif|bmp|svg)$/
const served =
  /(^|\/)(public|static|assets|www|wwwroot|web|images?|img|fonts?|media|frontend|client|site|styles?)\//i

export const kib = (bytes: number): string =>
  bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`

const applies = ({ path, kind }: TreeFile): boolean =>
  kind !== 'vendored' &&
  kind !== 'test' &&
  (kind === 'asset' || (served.test(path) && /\.(js|mjs|css|map|ttf|otf|woff2?)$/i.test(path)))

export const frontendAssets = fileCheck({
  name: 'frontend.assets',
  role: 'frontend',
  about:
    'Sizes of committed images (over 500 KiB), scripts and style sheets in served directories (over 300 KiB), font formats, source maps.',
  rules: rule,
  applies,
  reads: false,
  inspect: ({ path, size }, out) => {
    const end = extension(path)
    const at = { file: path, weight: size }
    out.sum('front-end assets')
    out.sum('KiB of front-end assets', Math.ceil(size / 1024))
    if (image.test(end)) {
      out.peak('KiB of the largest image', Math.ceil(size / 1024))
      const most = (end === 'svg' ? 150 : 500) * 1024
      if (size > most)
        out.add(rule['heavy-image'], {
          ...at,
          message: `${kib(size)} of ${end.toUpperCase()}`,
          severity: size > 8 * most ? 'medium' : 'low',
        })
    } else if (/^(js|mjs|css)$/.test(end) && size > 300 * 1024) {
      out.add(rule['heavy-bundle'], {
        ...at,
        message: `${kib(size)} of ${end === 'css' ? 'CSS' : 'JavaScript'}`,
      })
    } else if (/^(ttf|otf|eot)$/.test(end) && served.test(path)) {
      out.add(rule['old-font-format'], { ...at, message: `${kib(size)} of ${end.toUpperCase()}` })
    } else if (end === 'map')
      out.add(rule['committed-source-map'], { ...at, message: `${kib(size)} of source map` })
  },
})
