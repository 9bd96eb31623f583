import { hostTests } from './lib/host-tests.mjs';
import { startServer } from './lib/ejabberd.mjs';

hostTests('ejabberd', startServer);
