import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { devicesPage } from '../../src/devices/reference.ts'
import { ROUTERS } from '../../src/devices/routers.ts'
import { COMPOSITIONS, PORTLESS } from '../../src/devices/usb-compositions.ts'
import { ZEROCD } from '../../src/devices/usb-zerocd.ts'

describe('docs/devices.md', () => {
  const page = devicesPage()

  test('is what npm run docs writes', () => {
    const file = readFileSync(new URL('../../docs/devices.md', import.meta.url), 'utf8')
    assert.equal(file, page, 'stale: run npm run docs')
  })

  test('names every device of the tables', () => {
    for (const { id } of [...COMPOSITIONS, ...PORTLESS, ...ZEROCD]) assert.ok(page.includes(`| \`19d2:${id}\` |`), id)
    for (const { name, evidence } of ROUTERS) assert.ok(page.includes(`| \`${name}\` | ${evidence} |`), name)
  })

  test('says how a stick leaves its CD-ROM', () => {
    const rowOf = (id: string): string | undefined =>
      page.split('\n').find((line) => line.includes(`| \`19d2:${id}\` |`))
    assert.match(rowOf('0325') ?? '', /\| eject \| `19d2:0326` \|$/)
    assert.match(rowOf('0166') ?? '', /\| message \| `19d2:0167` \|$/)
    assert.match(rowOf('0149') ?? '', /\| eject, else message \|/)
  })

  test('says on which interfaces AT is looked for', () => {
    assert.match(page, /\| `19d2:0031` \| MF100 .* \| 1, 3.*\| 3 \| {2}\|/)
  })
})
