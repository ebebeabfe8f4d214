import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { MC888, MF79U } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import { FRIEND, OWN_NUMBER, setUp } from './router-bench.ts'

const FAULTS: readonly ((router: GoformRouter, times: number) => void)[] = [
  (router, times) => router.answerHtml({ times }),
  (router, times) => router.truncateJson({ times }),
  (router, times) => router.answerEmpty({ times }),
  (router, times) => router.answer500({ times }),
  (router, times) => router.resetConnection('before-acting', { times }),
  (router, times) => router.resetConnection('after-acting', { times }),
  (router, times) => router.announceWrongLength(9, { times }),
  (router, times) => router.spoilJson('control-byte', { times }),
  (router) => router.ignoreDeletions(1),
  (router) => router.shorterListOnce(),
  (router) => router.doubleRowOnce(),
  (router) => router.staleStatus(2_000),
  (router) => router.rotateRd(),
]

/** The same numbers each time (a linear congruential generator), 0 … 1. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

const tolerantly = (error: unknown): undefined => {
  assert.ok(error instanceof ModemError, String(error))
}

for (const like of [MF79U, MC888]) {
  for (const seed of [1, 2, 3]) {
    test(`a ${like.model} that spoils every other answer loses no message and sends none twice (${seed})`, async (t) => {
      const { open, network, router, driver } = await setUp(t, { like, profile: { newIds: 'lowest-free' } })
      const random = numbers(seed)
      const modem = await open()
      const { sms } = modem.can
      assert.ok(sms)
      const journal = new Map<string, string | null>()
      const outcomes = new Map<string, string>()
      const arm = (): void => {
        FAULTS[Math.floor(random() * FAULTS.length)]?.(router, 1 + Math.floor(random() * 3))
      }
      for (let turn = 0; turn < 30; turn += 1) {
        network.inject({ from: FRIEND, to: OWN_NUMBER, text: `in ${turn}` })
        if (random() < 0.7) arm()
        const segments = await sms.list(false).catch(tolerantly)
        for (const { contentKey, raw } of segments ?? []) journal.set(contentKey, driver().join([raw]).text)
        if (random() < 0.7) arm()
        if (segments !== undefined) await sms.remove(segments).catch(tolerantly)

        const text = `out ${turn}`
        const message = { to: FRIEND, text, flash: false, deliveryReport: false, validityMinutes: null } as const
        const [submission] = driver().prepare({ ...message, encoding: 'auto' }, turn)
        assert.ok(submission)
        if (random() < 0.7) arm()
        let isOut = false
        outcomes.set(text, 'sent')
        await sms
          .submit(submission, () => {
            assert.equal(isOut, false)
            isOut = true
          })
          .catch((error: unknown) => {
            tolerantly(error)
            outcomes.set(text, isOut ? (error as ModemError).code : 'kept')
          })
      }
      await modem.close()
      const again = await open()
      for (const { contentKey, raw } of (await again.can.sms?.list(true)) ?? [])
        journal.set(contentKey, driver().join([raw]).text)
      const arrived = Array.from({ length: 30 }, (_, turn) => `in ${turn}`).sort()
      assert.deepEqual([...journal.values()].sort(), arrived)

      for (const [text, outcome] of outcomes) {
        const taken = network.taken.filter(({ submit }) => submit.content.text === text).length
        assert.ok(taken <= 1, `${text} was sent ${taken} times`)
        if (outcome === 'sent') assert.equal(taken, 1, text)
        if (outcome === 'kept' || outcome.startsWith('rejected')) assert.equal(taken, 0, `${text}: ${outcome}`)
      }
      assert.ok(
        [...outcomes.values()].filter((outcome) => outcome === 'sent').length >= 15,
        JSON.stringify([...outcomes]),
      )
    })
  }
}
