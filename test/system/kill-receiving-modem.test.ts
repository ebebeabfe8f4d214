import { MODEM } from './kill-house.ts'
import { RECEIVING } from './kill-receiving.ts'
import { SERIAL } from './kill-roads.ts'
import { sweep } from './kill-sweep.ts'

sweep(SERIAL, RECEIVING, MODEM)
