export { noticeModal, withNotice } from "../blocks/notice-modal.ts";
export { cancelModal, confirmModal, rejectModal } from "./confirm-modals-view.ts";
export { outcomeModal, reviewModal } from "./review-modal-view.ts";
export { readRequest } from "./shown-request.ts";
