// Comfort for pages that work without it. GOV.UK Frontend's components first, then our own: one small module each.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
  createAll,
  isSupported,
} from "./vendor/govuk-frontend.min.js";
import { actInRows } from "./modules/new-cases.js";
import { closeMenus } from "./modules/menus.js";
import { foldLongTexts } from "./modules/long-text.js";
import { revealByRadios } from "./modules/reveal.js";
import { sendOnce } from "./modules/send-once.js";
import { showWhen } from "./modules/shown-when.js";
import { offerToday } from "./modules/today.js";

if (isSupported()) {
  // Radios are ours: see modules/reveal.js.
  const kit = [Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, ServiceNavigation, SkipLink];
  for (const component of kit) createAll(component);
}
revealByRadios(document);
showWhen(document);
offerToday(document);
sendOnce(document);
foldLongTexts(document);
closeMenus(document);
actInRows(document);
