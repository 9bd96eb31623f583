import { hostTests } from './lib/host-tests.mjs';
import { startServer } from './lib/prosody.mjs';

hostTests('prosody', startServer);
