import { dropDebugMessages } from "./debug-messages";
import { spareTraces } from "./promise-traces";
import { rollOut } from "./roll-out";
import { rememberStackFrames } from "./stack-frames";

rememberStackFrames();
spareTraces();
dropDebugMessages();

export = rollOut;
