// Makes a page that already works work better.
import { initAll } from './govuk-frontend.min.js'

initAll()
