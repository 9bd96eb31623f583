import type { Mode } from './call/call-message';
import type { Call } from './call/call-model';
import type { Peer } from './call/group-call';
import type { Media } from './jingle/description';
import type { Occupant } from './muc/occupants';
import type { RoomFacts, RoomListing } from './xmpp/disco';

/** Everything the page shows; replaced as a whole on each change. */

export interface Notice {
  id: number;
  kind: 'error' | 'info';
  text: string;
}

export interface RoomView {
  jid: string;
  facts: RoomFacts | undefined;
  joined: boolean;
  ownNick: string;
  occupants: Occupant[];
  calls: Call[];
}

export interface CallView {
  id: string;
  mode: Mode;
  media: Media[];
  /** `starting` until the room knows that we are in. */
  phase: 'starting' | 'ringing' | 'active';
  isInitiator: boolean;
  since: number;
  peers: Peer[];
  rejected: string[];
  /** The path of the media is lost, and another one is sought. */
  reconnecting: boolean;
  selfNick: string;
  selfSpeaking: boolean;
  /** What the own tile shows: camera or screen. */
  preview: MediaStreamTrack | undefined;
  hasMicrophone: boolean;
  microphoneOn: boolean;
  cameraOn: boolean;
  screenOn: boolean;
}

/** A call that rings here. */
export interface RingView {
  callId: string;
  nick: string;
  media: Media[];
}

/** Devices that could not be had, and what may be done about it. */
export interface DeviceQuestion {
  problems: string[];
  /** What would be sent if the call went on. */
  available: Media[];
  answer(choice: 'continue' | 'retry' | 'cancel'): void;
}

export interface AppState {
  connection: 'offline' | 'connecting' | 'online' | 'reconnecting';
  account: string | undefined;
  loginError: string | undefined;
  /** Undefined while the list is being fetched. */
  rooms: RoomListing[] | undefined;
  roomService: string | undefined;
  roomsError: string | undefined;
  room: RoomView | undefined;
  ring: RingView | undefined;
  call: CallView | undefined;
  deviceQuestion: DeviceQuestion | undefined;
  notices: Notice[];
}

export const INITIAL_STATE: AppState = {
  connection: 'offline',
  account: undefined,
  loginError: undefined,
  rooms: undefined,
  roomService: undefined,
  roomsError: undefined,
  room: undefined,
  ring: undefined,
  call: undefined,
  deviceQuestion: undefined,
  notices: [],
};
