import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";

/**
 * Offers the provinces of the chosen country and the listed cities. Without it the
 * form works as well: saving the country brings its provinces.
 */
export class ApplicationForm extends Interaction {
    static selector = ".o_aftersales_application_company";
    dynamicContent = {
        "select[name='applied_country_id']": { "t-on-change": this.onChangeCountry },
        "select[name='applied_state_id']": { "t-on-change": this.onChangeState },
    };

    setup() {
        this.country = this.el.querySelector("select[name='applied_country_id']");
        this.state = this.el.querySelector("select[name='applied_state_id']");
        this.cities = this.el.querySelector("#applied_city_list");
    }

    async willStart() {
        if (this.country.value) {
            this.fillCities(await this.waitFor(this.getPlaces()));
        }
    }

    getPlaces() {
        return rpc("/my/service-application/places", {
            country_id: this.country.value,
            state_id: this.state.value,
        });
    }

    async onChangeCountry() {
        this.state.value = "";
        const places = await this.waitFor(this.getPlaces());
        this.state.options.length = 1;
        for (const [id, name] of places.states) {
            this.state.add(new Option(name, id));
        }
        this.fillCities(places);
    }

    async onChangeState() {
        this.fillCities(await this.waitFor(this.getPlaces()));
    }

    fillCities(places) {
        this.cities.replaceChildren(
            ...places.cities.map((name) => new Option(name, name))
        );
    }
}

registry
    .category("public.interactions")
    .add("aftersales_network.application_form", ApplicationForm);

/** On a phone the sections are a row to scroll: show the one that is open. */
export class ApplicationSections extends Interaction {
    static selector = ".o_aftersales_sections";

    start() {
        const active = this.el.querySelector(".active");
        if (active && this.el.scrollWidth > this.el.clientWidth) {
            this.el.scrollLeft =
                active.offsetLeft - (this.el.clientWidth - active.offsetWidth) / 2;
        }
    }
}

registry
    .category("public.interactions")
    .add("aftersales_network.application_sections", ApplicationSections);
