-- What signs somebody out at the provider is sealed anew when the session secret was changed.
grant update (provider_token) on people.session to bv_actor;
