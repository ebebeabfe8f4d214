import { JOURNAL } from './kill-house.ts'
import { SENDING } from './kill-sending.ts'
import { sweep } from './kill-sweep.ts'

sweep(SENDING, JOURNAL)
