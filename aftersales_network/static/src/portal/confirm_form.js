import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";
import { redirect } from "@web/core/utils/urls";
import { SignatureForm } from "@portal/signature_form/signature_form";

/**
 * Signature of a customer together with the steps he ticked and his remarks,
 * which stand on the page outside of the component.
 */
export class ConfirmForm extends SignatureForm {
    getAnswers() {
        const ticked = document.querySelectorAll("input[name='step']:checked");
        return {
            step_ids: [...ticked].map((input) => parseInt(input.value)),
            remarks: document.querySelector("textarea[name='remarks']")?.value || "",
        };
    }

    async onClickSubmit() {
        if (this.isSending) {
            return;
        }
        this.isSending = true;
        const signature = this.signature.getSignatureImage().split(",")[1];
        const data = await rpc(this.props.callUrl, {
            name: this.signature.name,
            signature,
            access_token: this.props.accessToken,
            ...this.getAnswers(),
        });
        this.isSending = false;
        if (data.force_refresh) {
            redirect(data.redirect_url);
            // Nothing can be sent again while the page reloads.
            return new Promise(() => {});
        }
        this.state.error = data.error || false;
    }
}

registry
    .category("public_components")
    .add("aftersales_network.confirm_form", ConfirmForm);
