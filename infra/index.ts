import { dropDebugMessages } from "./debug-messages";
import { rollOut } from "./roll-out";
import { rememberStackFrames } from "./stack-frames";

rememberStackFrames();
dropDebugMessages();

export = rollOut;
